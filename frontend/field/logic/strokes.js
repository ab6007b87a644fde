// Strokes of a signature: [[[x, y, ms], …], …].

// Long enough to be a name and not a slip of the thumb
export function isSignature(strokes) {
  const length = strokes.reduce((sum, stroke) => sum + stroke.slice(1).reduce((way, [x, y], number) => way + Math.hypot(x - stroke[number][0], y - stroke[number][1]), 0), 0);
  return length > 60;
}
