# Keep a fifth of a dictionary's and a set's places free.
#
# MicroPython takes another table only when not one place is left. A look-up that finds nothing, such
# as that of a method among an object's own attributes, then passes every place of a table that is
# nearly full; and so it does for ever where removed keys have left their marks in all of them.
s/^    size_t pos = hash % map->alloc;$/    if (lookup_kind == MP_MAP_LOOKUP_ADD_IF_NOT_FOUND \&\& map->alloc > 4 \&\& map->used + map->alloc \/ 5 >= map->alloc) {\
        mp_map_rehash(map);\
    }\
&/
s/^    size_t pos = hash % set->alloc;$/    if (lookup_kind == MP_MAP_LOOKUP_ADD_IF_NOT_FOUND \&\& set->alloc > 4 \&\& set->used + set->alloc \/ 5 >= set->alloc) {\
        mp_set_rehash(set);\
    }\
&/
# Grow from 4 places to 12: an object with ten attributes has two tables on its way instead of six.
s/^    0, 2, 4, 6, 8, 10, 12, \/\/ +2$/    0, 4, 12,/
