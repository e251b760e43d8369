/** The published file that `custom-elements.json` describes. */
const FILE = 'dist/lib/hwgq-classifier.js';

/** Reduces the manifest to the public members of the element, and refers to the published file instead of sources. */
const published = {
  name: 'published',
  packageLinkPhase({ customElementsManifest }) {
    const declarations = customElementsManifest.modules.flatMap((module) => module.declarations);
    const element = declarations.find(({ tagName }) => tagName);
    element.members = element.members.filter(({ privacy }) => !privacy);
    // Keep the events that the docstring describes. The analyzer adds one for each `new CustomEvent`.
    element.events = element.events.filter(({ description }) => description);
    // Inherited members have already been copied.
    for (const described of [...element.members, ...element.attributes]) delete described.inheritedFrom;
    element.superclass = { name: 'HTMLElement' };
    const declaration = { name: element.name, module: FILE };
    const exported = [
      { kind: 'js', name: element.name, declaration },
      { kind: 'custom-element-definition', name: element.tagName, declaration },
    ];
    customElementsManifest.modules = [
      { kind: 'javascript-module', path: FILE, declarations: [element], exports: exported },
    ];
  },
};

export default {
  globs: ['src/element/*.ts'],
  outdir: 'dist/lib',
  quiet: true,
  plugins: [published],
};
