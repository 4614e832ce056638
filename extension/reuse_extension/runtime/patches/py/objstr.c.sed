# Do not ask whether the executable has a text that was made by joining, formatting or the like, nor a
# long one: it takes a hash of the whole and a search, for each piece of a line that is written. Such
# texts are compared by what they hold.
s/^        qstr q = qstr_find_strn(vstr->buf, vstr->len);$/        qstr q = vstr->len == 0 ? MP_QSTR_ : MP_QSTRnull;/
s/^    qstr q = qstr_find_strn(data, len);$/    qstr q = len > 40 ? MP_QSTRnull : qstr_find_strn(data, len);/
