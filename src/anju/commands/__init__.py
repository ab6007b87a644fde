"""What the commands of the program `anju` do; `anju/cli.py` lists them. The top of the program: may import everything."""
