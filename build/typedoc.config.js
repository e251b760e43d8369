import { OptionDefaults } from 'typedoc';

/** Tags of the custom elements manifest. docs/element.md documents them. */
const ELEMENT_TAGS = ['@attr', '@fires', '@slot', '@csspart', '@cssprop', '@cssstate', '@tagname'];

export default {
  entryPoints: [
    '../src/client/index.ts',
    '../src/client/autotune.ts',
    '../src/element/hwgq-classifier.ts',
    '../src/node/index.ts',
  ],
  out: '../docs/api',
  plugin: ['typedoc-plugin-markdown'],
  router: 'module',
  readme: 'none',
  name: 'API reference',
  entryFileName: 'README',
  githubPages: false,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  useCodeBlocks: true,
  expandObjects: true,
  blockTags: [...OptionDefaults.blockTags, ...ELEMENT_TAGS],
  excludeTags: [...OptionDefaults.excludeTags, ...ELEMENT_TAGS],
  intentionallyNotExported: ['VARIANT_NAMES', 'ClassifierAttributes'],
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
  sort: ['source-order'],
  groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases'],
};
