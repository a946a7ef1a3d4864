/** The page has no script and asks for nothing: it is read as well from a mail or after twenty years. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --quiet: #5b6675; --page: #ffffff; --card: #f4f6f9; --line: #d5dae1;
  --a: #1f6feb; --b: #b35900; --good: #1a7f37; --attention: #9a6700; --bad: #c4232b; --free: #e4e8ee; --odd: #6aa3f5; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --quiet: #9aa5b4; --page: #11161d; --card: #1a212b; --line: #333d4a;
    --a: #6aa9ff; --b: #f0a44b; --good: #56d364; --attention: #e3b341; --bad: #ff7b72; --free: #2a333f; --odd: #3a73c4; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--page); overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
header p, .none { color: var(--quiet); margin: .25rem 0 1rem; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; align-items: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0; }
section.wide { grid-column: 1 / -1; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; } dt { color: var(--quiet); } dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td.text { white-space: normal; min-width: 14rem; } th { color: var(--quiet); font-weight: 600; }
.badge { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; border: 1px solid currentColor; font-weight: 600; }
.good { color: var(--good); } .attention { color: var(--attention); } .bad { color: var(--bad); }
figure { margin: 0 0 1rem; } figcaption { color: var(--quiet); margin-bottom: .25rem; }
svg { width: 100%; height: auto; display: block; } svg.strip { height: 2rem; }
svg text { fill: var(--quiet); font-size: 12px; } text.y { text-anchor: end; } text.x { text-anchor: middle; }
.grid { stroke: var(--line); } path.line { fill: none; stroke-width: 2; }
.line.s0 { stroke: var(--a); } .line.s1 { stroke: var(--b); } circle.s0 { fill: var(--a); } circle.s1 { fill: var(--b); }
.key::before { content: ''; display: inline-block; width: .8rem; height: .2rem; margin: 0 .3rem 0 .8rem; vertical-align: middle; background: var(--a); }
.key.s1::before { background: var(--b); }
.file { fill: var(--a); } .file.odd { fill: var(--odd); } .other { fill: var(--quiet); } .free { fill: var(--free); }
@media print { body { padding: 0; } section { break-inside: avoid; } }
`;
