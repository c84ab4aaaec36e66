import { useInsertionEffect } from 'react'

/** All begins with the class of the panel: nothing of the page's own is touched, and `revert` lets nothing of it in. */
const CSS = `
.roomful-dt, .roomful-dt * { all: revert; box-sizing: border-box; }
.roomful-dt {
  --rdt-ground: light-dark(#ffffff, #15191c); --rdt-raised: light-dark(#f3f4f4, #20262a);
  --rdt-line: light-dark(#dcdfe1, #323a40); --rdt-text: light-dark(#1b2124, #e4e8ea);
  --rdt-muted: light-dark(#586167, #9aa5ac); --rdt-accent: light-dark(#0c6b5e, #5fd0b9);
  --rdt-mark: light-dark(#a3261c, #ff9a90);
  color-scheme: inherit; color: var(--rdt-text); font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace;
}
.roomful-dt.rdt-panel { display: flex; flex-direction: column; min-height: 0; height: 22rem; max-height: 70vh;
  background: var(--rdt-ground); border-top: 1px solid var(--rdt-line); }
.roomful-dt.rdt-floating { position: fixed; inset: auto 0 0 0; z-index: 99999; pointer-events: none; }
.roomful-dt.rdt-floating > * { pointer-events: auto; }
.roomful-dt .rdt-button { position: absolute; right: 12px; bottom: 12px; padding: 6px 12px; border-radius: 999px; }
.roomful-dt .rdt-panel + .rdt-button { display: none; }
.roomful-dt button, .roomful-dt select, .roomful-dt input:not([type]) { font: inherit; color: inherit; padding: 3px 10px;
  background: var(--rdt-raised); border: 1px solid var(--rdt-line); border-radius: 6px; }
.roomful-dt button { cursor: pointer; }
.roomful-dt button:disabled { cursor: default; opacity: 0.6; }
.roomful-dt button[aria-pressed='true'] { border-color: var(--rdt-accent); }
.roomful-dt :focus-visible { outline: 2px solid var(--rdt-accent); outline-offset: 1px; }
.roomful-dt .rdt-bar { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 6px 12px; }
.roomful-dt .rdt-bar strong { flex: 1; }
.roomful-dt .rdt-bar input:not([type]) { width: 22em; }
.roomful-dt .rdt-bar input::placeholder { color: var(--rdt-muted); }
.roomful-dt .rdt-tabs { display: flex; flex-wrap: wrap; gap: 4px; padding: 0 12px 6px; border-bottom: 1px solid var(--rdt-line); }
.roomful-dt .rdt-tabs button { border-color: transparent; background: none; }
.roomful-dt .rdt-tabs button[aria-selected='true'] { background: var(--rdt-raised); color: var(--rdt-accent); font-weight: 700; }
.roomful-dt .rdt-body { flex: 1; min-height: 0; overflow: auto; padding: 8px 12px; }
.roomful-dt .rdt-columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 8px 24px; }
.roomful-dt h3 { margin: 0 0 4px; font-size: 12px; color: var(--rdt-muted); }
.roomful-dt dl { margin: 0; }
.roomful-dt dl div { display: flex; gap: 12px; }
.roomful-dt dt { flex: 0 0 9.5em; color: var(--rdt-muted); }
.roomful-dt dd { margin: 0; overflow-wrap: anywhere; }
.roomful-dt table { border-collapse: collapse; width: 100%; }
.roomful-dt th, .roomful-dt td { padding: 2px 12px 2px 0; text-align: start; vertical-align: top; font-weight: 400; }
.roomful-dt thead th { color: var(--rdt-muted); }
.roomful-dt tbody th { font-weight: 700; }
.roomful-dt tr[data-marked='true'] { color: var(--rdt-mark); }
.roomful-dt .rdt-empty { margin: 8px 12px; color: var(--rdt-muted); }
.roomful-dt .rdt-events { margin: 0; padding: 0; list-style: none; }
.roomful-dt .rdt-events .rdt-line { padding-inline-start: 1.2em; }
.roomful-dt .rdt-events summary { cursor: pointer; }
.roomful-dt .rdt-events time { color: var(--rdt-muted); }
.roomful-dt .rdt-events [data-kind='gap-found'] { color: var(--rdt-mark); }
.roomful-dt .rdt-events [data-kind='gap-healed'], .roomful-dt .rdt-events [data-kind='connection'] { color: var(--rdt-accent); }
.roomful-dt pre { margin: 4px 0 8px 1.2em; white-space: pre-wrap; overflow-wrap: anywhere; }
.roomful-dt .rdt-knobs { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 8px 24px; align-items: end; }
.roomful-dt .rdt-knobs input[type='range'] { display: block; width: 100%; accent-color: var(--rdt-accent); }
`

let sheet: CSSStyleSheet | null = null

/** Once a page, as a sheet of the document: a policy that forbids inline styles allows it. */
export function useStyles(): void {
  useInsertionEffect(() => {
    if (sheet || !('adoptedStyleSheets' in document)) return
    sheet = new CSSStyleSheet()
    sheet.replaceSync(CSS)
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  }, [])
}
