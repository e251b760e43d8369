/** `custom-elements.json` for the package: the element alone, what is public of it, where the package has it. */
const FILE = 'dist/lib/hwgq-classifier.js';

/** Leaves out what pages cannot use, and names the package's file instead of sources. */
const published = {
  name: 'published',
  packageLinkPhase({ customElementsManifest }) {
    const declarations = customElementsManifest.modules.flatMap((module) => module.declarations);
    const element = declarations.find(({ tagName }) => tagName);
    element.members = element.members.filter(({ privacy }) => !privacy);
    // Those that the docstring describes; the analyzer adds one for each `new CustomEvent`.
    element.events = element.events.filter(({ description }) => description);
    // What is inherited has been copied.
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
