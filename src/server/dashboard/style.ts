/** The dashboard's whole style: readable from 320 px, light and dark by the browser's wish. */
export const DASHBOARD_STYLE = `
:root { color-scheme: light dark; --ink: #1d2521; --soft: #5a665f; --line: #d9dfda; --paper: #f6f7f4; --card: #fff; --accent: #1f6f54; --warn: #9a5b00; --bad: #a33; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ede9; --soft: #a3afa8; --line: #37413b; --paper: #151a17; --card: #1d2420; --accent: #6fcfa9; --warn: #e0a94f; --bad: #f08a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.25rem; max-width: 60rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; overflow-wrap: anywhere; }
h2 small { color: var(--soft); font-weight: 400; }
header p { margin: .25rem 0 1rem; color: var(--soft); }
.lost-note { display: none; color: var(--bad); }
.lost .lost-note { display: block; }
section { margin: 0 0 1rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.now { margin: 0 0 .5rem; }
progress { width: 100%; height: .75rem; accent-color: var(--accent); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.figures dt { color: var(--soft); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.claim, .hash, .as-of, .note { color: var(--soft); font-size: .875rem; }
code { font-size: .85em; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
th { color: var(--soft); font-size: .85rem; font-weight: 500; }
@media (min-width: 40rem) { td time { white-space: nowrap; } }
.number { text-align: right; white-space: nowrap; }

meter { display: block; width: 100%; min-width: 2rem; }
.rounds { margin-top: 1.25rem; }
section > :last-child { margin-bottom: 0; }
.phase { font-weight: 600; }
.open, .collecting { color: var(--accent); }
.abandoned { color: var(--warn); }
summary { cursor: pointer; margin: .5rem 0; }
a { color: var(--accent); }
@media (max-width: 40rem) { table { font-size: .9rem; } th, td { padding-right: .5rem; } body { padding: 1rem; } section { padding: 1rem; } }
th:last-child, td:last-child { padding-right: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;
