"""The grammar of Logs Insights QL, as far as dashboards over embedded metrics use it."""

GRAMMAR = r"""
    start: [command] ("|" command)*
    ?command: source | fields | display | filter | parse | stats | sort | limit | dedup | unnest
    source: "SOURCE"i (TEXT ("," TEXT)* | GROUPS)
    fields: "fields"i column ("," column)*
    display: "display"i field ("," field)*
    filter: ("filterIndex"i | "filter"i | "where"i) either
    parse: "parse"i field (TEXT | REGEX) ["as"i names]
    unnest: "unnest"i field "into"i names
    names: alias ("," alias)*
    stats: "stats"i column ("," column)* ["by"i column ("," column)*]
    sort: "sort"i ordered ("," ordered)*
    ordered: sum [DIRECTION]
    limit: "limit"i NUMBER
    dedup: "dedup"i field ("," field)*
    column: sum ["as"i alias]
    ?alias: NAME | QUOTED_NAME
    ?either: both | either "or"i both -> or_
    ?both: negated | both "and"i negated -> and_
    ?negated: compared | "not"i negated -> not_
    ?compared: sum | sum COMPARED sum -> compare | sum "like"i (TEXT | REGEX) -> like
        | sum "not"i "like"i (TEXT | REGEX) -> not_like | sum LIKE (TEXT | REGEX) -> like
        | sum "in"i "[" literal ("," literal)* "]" -> in_
        | sum "not"i "in"i "[" literal ("," literal)* "]" -> not_in
    ?sum: product | sum SIGN product -> combine
    ?product: power | product TIMES power -> combine
    ?power: atom | atom POWER power -> combine
    ?atom: literal | call | field | "(" either ")" | "-" atom -> negative
    call: FUNCTION "(" [either ("," either)* ] ")" | FUNCTION "(" STAR ")"
    literal: NUMBER -> number | TEXT -> text | DURATION -> duration
    field: NAME | QUOTED_NAME
    GROUPS.4: /logGroups\s*\([^)]*\)/
    STAR: "*"
    FUNCTION.3: /(?!(as|by|and|or|not|like|in)\b)[A-Za-z_]\w*(?=\s*\()/i
    DURATION.3: /\d+[a-z]+\b/
    DIRECTION.3: /(asc|desc)\b/i
    NUMBER.2: /\d+(\.\d+)?([eE][+-]?\d+)?/
    TEXT: /'(\\.|[^'\\])*'|"(\\.|[^"\\])*"/
    REGEX: /\/(\\.|[^\/\\])+\//
    QUOTED_NAME: /`[^`]+`/
    NAME: /(?!(as|by|and|or|not|like|in|into|asc|desc)\b)[@A-Za-z_][\w.@]*/i
    COMPARED: "!=" | "<=" | ">=" | "=" | "<" | ">"
    LIKE.3: "=~"
    SIGN: "+" | "-"
    TIMES: "*" | "/" | "%"
    POWER: "^"
    COMMENT: /#[^\n]*/
    %import common.WS
    %ignore WS
    %ignore COMMENT
"""
