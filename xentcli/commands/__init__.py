"""The subcommands, one file each: options in, exit code out."""
