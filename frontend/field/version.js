// The field app's own version, sent with every record. The server takes records of versions up to 12 months old.
export const APP = "2026.11.0";
