"""The style sheet of the report: light and dark by the reader's choice, narrow pages, print."""

from reuse_cli.formats import lanes

LIGHT = (
    "--page: #f4f5f7; --card: #fff; --text: #17191c; --muted: #555e69; --grid: #dfe3e8;"
    " --link: #1a56c4; --idle: #cfd6de; --init: #c2410c; --run: #1f6feb; --bad: #b42318"
)
DARK = (
    "--page: #101317; --card: #191e24; --text: #e8eaed; --muted: #a0a9b4; --grid: #2f3741;"
    " --link: #8ab8ff; --idle: #3d4753; --init: #fb923c; --run: #6ea8fe; --bad: #ff8f85"
)

STYLE = f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
* {{ box-sizing: border-box }}
body {{ margin: 0 auto; padding: 20px; max-width: 1280px; background: var(--page);
  color: var(--text); font: 15px/1.5 system-ui, sans-serif }}
h1 {{ font-size: 24px; line-height: 1.25; margin: 0 0 2px; overflow-wrap: anywhere }}
h2 {{ font-size: 17px; margin: 0 0 12px }}
h3 {{ font-size: 14px; margin: 14px 0 6px; overflow-wrap: anywhere }}
header p {{ margin: 0; color: var(--muted); overflow-wrap: anywhere }}
nav ul {{ list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 10px 0 16px;
  padding: 0 }}
a {{ color: var(--link) }}
.notes {{ margin: 0 0 16px; padding: 8px 12px 8px 28px; border-left: 3px solid var(--init);
  background: var(--card) }}
section {{ background: var(--card); border-radius: 10px; padding: 16px 18px; margin-bottom: 16px }}
.skip {{ position: absolute; left: -9999px }} .skip:focus {{ position: static }}
.hidden {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap }}
.hint, .none {{ color: var(--muted); margin: 8px 0 0; font-size: 13px }}
.figures {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(max(130px, 20%), 1fr));
  gap: 14px 20px; margin: 0 0 16px }}
.figures div {{ display: flex; flex-direction: column-reverse; justify-content: flex-end }}
.figures dd {{ margin: 0; font-size: 26px; font-weight: 650; line-height: 1.2 }}
.figures dt {{ color: var(--muted); font-size: 13px; line-height: 1.3 }}
.scroll {{ overflow-x: auto }}
table {{ border-collapse: collapse; width: 100%; font-size: 13px }}
th, td {{ text-align: left; padding: 4px 8px; vertical-align: top; white-space: nowrap }}
.scroll th, .scroll td {{ border-bottom: 1px solid var(--grid) }}
thead th {{ color: var(--muted); font-weight: 500; white-space: normal; vertical-align: bottom }}
td.long {{ white-space: normal; min-width: 22em; overflow-wrap: anywhere }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums }}
th:first-child, td:first-child {{ padding-left: 0 }}
th:last-child, td:last-child {{ padding-right: 0 }}
.spreads {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(290px, 1fr));
  gap: 24px 36px; align-items: start }}
.spread caption {{ text-align: left; font-weight: 600; font-size: 14px; padding-bottom: 4px }}
.spread caption span {{ display: block; font-weight: 400; color: var(--muted); font-size: 12px }}
.spread th {{ font-weight: 400; color: var(--muted); text-align: right; width: 9.5em;
  font-variant-numeric: tabular-nums }}
.spread th, .spread td {{ padding-top: 1px; padding-bottom: 1px }}
.spread .bar {{ padding-right: 8px }}
.spread .bar i {{ display: block; height: 13px; margin-top: 4px; background: var(--run);
  border-radius: 0 2px 2px 0; print-color-adjust: exact; -webkit-print-color-adjust: exact }}
.spread .number {{ width: 4em }}
.findings {{ margin: 0; padding-left: 1.6em }}
.findings li {{ margin-bottom: 12px }} .findings h3, .findings p {{ margin: 0 }}
.findings p {{ color: var(--muted); font-size: 13px }}
summary {{ cursor: pointer; color: var(--link); font-size: 13px }}
pre {{ overflow-x: auto; background: var(--page); border-radius: 6px; padding: 10px 12px;
  margin: 6px 0 0; font-size: 12.5px }}
:focus-visible {{ outline: 2px solid var(--link); outline-offset: 2px }}
{lanes.STYLE}
@media (max-width: 640px) {{ body {{ padding: 10px }} section {{ padding: 12px }} }}
@media print {{
  :root {{ color-scheme: light; {LIGHT}; --page: #fff }}
  body {{ padding: 0; max-width: none; font-size: 12px }} nav, .skip {{ display: none }}
  section {{ padding: 0 0 8px; border-radius: 0 }}
  h2, h3 {{ break-after: avoid }} tr, .spread, .findings li, .lanes li {{ break-inside: avoid }}
  .scroll {{ overflow: visible }} .scroll table {{ font-size: 9px }}
  .scroll th, .scroll td {{ padding: 2px 4px; white-space: normal }}
  pre {{ white-space: pre-wrap }}
  i, svg {{ print-color-adjust: exact; -webkit-print-color-adjust: exact }}
}}
"""
