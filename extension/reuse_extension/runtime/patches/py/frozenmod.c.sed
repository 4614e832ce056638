# Take a name for no folder as soon as it is seen to be a file's: each module that is imported is looked
# for as a folder first, and the names behind its own would all be passed in vain.
s/^            } else if (name\[len\] == '\/') {$/            } else if (name[len] == '.') {\
                return MP_IMPORT_STAT_NO_EXIST;\
&/
