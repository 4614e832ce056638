# Keep a quarter of a dictionary's places free.
#
# MicroPython takes another table only when not one place is left. A look-up that finds nothing, such
# as that of a method among an object's own attributes, then passes every place of a table that is
# nearly full; and so it does for ever where removed keys have left their marks in all of them.
s/^    size_t pos = hash % map->alloc;$/    if (lookup_kind == MP_MAP_LOOKUP_ADD_IF_NOT_FOUND \&\& map->alloc > 4 \&\& map->used + map->alloc \/ 4 >= map->alloc) {\
        mp_map_rehash(map);\
    }\
&/
# Grow from 4 places to 8 and 12: an object with ten attributes has three tables on its way instead of
# six.
s/^    0, 2, 4, 6, 8, 10, 12, \/\/ +2$/    0, 4, 8, 12, \/\/ +4/
