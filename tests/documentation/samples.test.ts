import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { PAGES, SAMPLES, type Sample } from './samples.ts';

/** Sources of the entries that samples import. A URL of the package's file stands for `hwgq-web`. */
const ENTRIES: Readonly<Record<string, string>> = {
  'hwgq-web': './src/client/index.ts',
  'hwgq-web/inline': './src/client/index.ts',
  'hwgq-web/autotune': './src/client/autotune.ts',
  'hwgq-web/element': './src/element/hwgq-classifier.ts',
  'hwgq-web/element/inline': './src/element/hwgq-classifier.ts',
  'hwgq-web/node': './src/node/index.ts',
};
const FILE_IMPORT = /'[^']*\/dist\/lib\/(index|inline)\.js'/g;
const SCRIPT = /<script type="module">([\s\S]*?)<\/script>/g;
/** The full tests check these with the frameworks' own compilers. */
const FRAMEWORK_LANGUAGES = ['svelte', 'tsx', 'vue'];
const LANGUAGES = ['html', 'js', 'sh', 'text', 'ts', 'yaml', ...FRAMEWORK_LANGUAGES];

describe('the documentation', () => {
  it('has code in known languages only', () => {
    expect(SAMPLES.filter(({ language }) => !LANGUAGES.includes(language))).toEqual([]);
  });

  it('has samples that the type checker accepts', () => {
    const programs = SAMPLES.flatMap(programsOf);
    expect(programs.length).toBeGreaterThan(10);
    expect(typeErrors(programs)).toEqual([]);
  });

  it('has links to files and headings that exist', () => {
    const broken = PAGES.flatMap((page) => {
      const links = readFileSync(page, 'utf8').matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g);
      return [...links].flatMap(([link, path = '', heading]) => {
        const file = path ? join(dirname(page), path) : page;
        const isThere = existsSync(file) && (heading === undefined || headingsOf(file).includes(heading));
        return isThere ? [] : [`${page}: ${link}`];
      });
    });
    expect(broken).toEqual([]);
  });
});

/** Returns the fragments of a Markdown file's headings, as GitHub writes them. */
function headingsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

interface Program {
  readonly path: string;
  readonly text: string;
}

/** Returns the modules of a sample: the sample itself, or the scripts of a page. */
function programsOf({ language, place, code }: Sample): Program[] {
  const scripts = language === 'html' ? [...code.matchAll(SCRIPT)].map(([, script = '']) => script) : [code];
  const extension = { html: 'js', js: 'js', ts: 'ts' }[language];
  if (!extension) return [];
  return scripts.map((script, index) => ({
    path: resolve(`${place.replaceAll(/\W/g, '-')}-${index}.${extension}`),
    text: `${script.replaceAll(FILE_IMPORT, "'hwgq-web'")}\nexport {};\n`,
  }));
}

/** Returns the compiler's errors, each as `file: message`. */
function typeErrors(programs: readonly Program[]): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['@webgpu/types', 'node', 'vite/client'],
    paths: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [path]])),
    strict: true,
    allowJs: true,
    checkJs: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    noEmit: true,
  };
  const texts = new Map(programs.map(({ path, text }) => [path, text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.getSourceFile = (path, languageVersion, ...others) => {
    const text = texts.get(path);
    if (text === undefined) return getSourceFile(path, languageVersion, ...others);
    return ts.createSourceFile(path, text, languageVersion);
  };
  const program = ts.createProgram([...texts.keys(), resolve('src/shaders.d.ts')], options, host);
  return programs.flatMap(({ path }) => {
    const file = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(
      ({ messageText }) => `${relative('.', path)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}
