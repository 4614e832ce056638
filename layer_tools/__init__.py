"""What `layer_build.sh` runs beside compilers: none of it is shipped."""
