# Do not ask whether the executable has a long text: it takes a hash of the whole and a search, for each
# line that is written, and the executable's own long texts are none that are made while it runs.
s/^        qstr q = qstr_find_strn(vstr->buf, vstr->len);$/        qstr q = vstr->len > 40 ? MP_QSTRnull : qstr_find_strn(vstr->buf, vstr->len);/
s/^    qstr q = qstr_find_strn(data, len);$/    qstr q = len > 40 ? MP_QSTRnull : qstr_find_strn(data, len);/
