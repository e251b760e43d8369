/** Default styles of the element. Pages change them with custom properties and `::part`. */
export const STYLE = `
:host {
  --_accent: var(--hwgq-accent, light-dark(#2336c9, #9db0ff));
  --_on-accent: var(--hwgq-on-accent, light-dark(#ffffff, #0d1233));
  --_text: var(--hwgq-text, light-dark(#15181c, #e9edf1));
  --_muted: var(--hwgq-muted, light-dark(#545b64, #a3abb5));
  --_border: var(--hwgq-border, light-dark(#d3d8d7, #2e343b));
  --_background: var(--hwgq-background, light-dark(#ffffff, #181b20));
  --_radius: var(--hwgq-radius, 0.5rem);

  display: block;
  box-sizing: border-box;
  container-type: inline-size;
  max-inline-size: 48rem;
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  overflow: hidden;
  background: var(--_background);
  color: var(--_text);
  font: 1rem / 1.45 var(--hwgq-font, system-ui, sans-serif);
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }

.layout { display: grid; }
.frame {
  position: relative;
  display: grid;
  min-block-size: 11rem;
  background: color-mix(in srgb, var(--_text) 6%, var(--_background));
}
.frame > *, .media > *, .poster, ::slotted([slot="poster"]) {
  grid-area: 1 / 1;
  inline-size: 100%;
  min-inline-size: 0;
}
.media { display: grid; }
.media > *, .poster, ::slotted([slot="poster"]) {
  display: block;
  block-size: 100%;
  max-block-size: 70vh;
  object-fit: contain;
}
.is-square .media > * { aspect-ratio: 1; object-fit: cover; }
.is-mirrored .media > * { scale: -1 1; }
.hint {
  place-self: center;
  padding: 1.5rem;
  color: var(--_muted);
  text-align: center;
}
.frame::after {
  content: "";
  position: absolute;
  inset: 0.4rem;
  border: 2px dashed transparent;
  border-radius: calc(var(--_radius) * 0.6);
  pointer-events: none;
}
.layout[data-dropping] .frame::after {
  border-color: var(--_accent);
  background: color-mix(in srgb, var(--_accent) 12%, transparent);
}

.side {
  display: grid;
  align-content: start;
  gap: 0.9rem;
  padding: 1rem;
  min-inline-size: 0;
}
.controls { display: flex; flex-wrap: wrap; gap: 0.5rem; }
button {
  min-block-size: 2.75rem;
  padding: 0.4rem 1rem;
  border: 1px solid var(--_border);
  border-radius: calc(var(--_radius) * 0.7);
  background: transparent;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
.retry { justify-self: start; }
button:hover { border-color: var(--_accent); }
button:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
button.primary { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent); }

.result { display: grid; gap: 0.6rem; }
.label {
  margin: 0;
  min-block-size: 1.25em;
  font-size: 1.6rem;
  font-weight: 650;
  line-height: 1.25;
  overflow-wrap: anywhere;
}
.layout[data-unsure] .label { color: var(--_muted); font-style: italic; font-weight: 400; }
.scores {
  display: grid;
  grid-template-columns: fit-content(45%) 1fr max-content;
  gap: 0.3rem 0.75rem;
  margin: 0;
  padding: 0;
  list-style: none;
  font-variant-numeric: tabular-nums;
}
.score { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: center; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar { block-size: 0.55rem; border-radius: 1rem; overflow: hidden; background: var(--_border); }
.bar::before {
  content: "";
  display: block;
  block-size: 100%;
  inline-size: calc(var(--score, 0) * 100%);
  background: var(--_muted);
  transition: inline-size 0.12s ease-out;
}
.score:first-child .bar::before { background: var(--_accent); }
.layout[data-unsure] .bar::before { background: var(--_muted); }
.percent { color: var(--_muted); text-align: end; }

.progress { display: grid; gap: 0.3rem; color: var(--_muted); font-size: 0.9rem; }
progress { inline-size: 100%; block-size: 0.4rem; accent-color: var(--_accent); }
.failure { margin: 0; color: var(--hwgq-error, light-dark(#a1260f, #ff9d88)); }
.announcement {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

@container (min-width: 34rem) {
  .layout { grid-template-columns: minmax(0, 3fr) minmax(14rem, 2fr); }
}
@media (prefers-reduced-motion: reduce) {
  .bar::before { transition: none; }
}
@media (forced-colors: active) {
  .bar { border: 1px solid CanvasText; }
  .bar::before { background: Highlight; forced-color-adjust: none; }
}
`;
