import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '.');

/** Type-checks a program that uses the public types, with its own `lib`, and returns its errors. */
function errorsOf(code: string, lib: readonly string[]): readonly string[] {
  const consumer = join(FOLDER, 'consumer.ts');
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: lib.map((name) => `lib.${name}.d.ts`),
    types: ['@webgpu/types'],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (name) => name === consumer || fileExists(name);
  host.readFile = (name) => (name === consumer ? code : readFile(name));
  host.getSourceFile = (name, ...rest) =>
    name === consumer ? ts.createSourceFile(name, code, rest[0]) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram([consumer], options, host);
  const checked = program.getSourceFiles().filter(({ fileName }) => /\/(consumer|client\/types)\.ts$/.test(fileName));
  expect(checked).toHaveLength(2);
  return checked
    .flatMap((file) => [...program.getSemanticDiagnostics(file)])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const IMPORT = "import type { Classifier, ClassifyOptions } from '../../src/client/types.ts';\n";
const WITHOUT_DISPOSE = `${IMPORT}declare const classifier: Classifier;\nclassifier.dispose();\n`;
const WITH_USING = `${IMPORT}declare function create(): Classifier;
export function use() { using classifier = create(); return classifier.info; }
export const disposable: Disposable = create();\n`;

it('has types that compile without Symbol.dispose in lib', () => {
  expect(errorsOf(WITHOUT_DISPOSE, ['es2022', 'dom', 'dom.iterable'])).toEqual([]);
});

it('has classifiers for `using` with esnext.disposable in lib', () => {
  expect(errorsOf(WITH_USING, ['es2022', 'esnext.disposable', 'dom', 'dom.iterable'])).toEqual([]);
});

it('accepts undefined for every option under exactOptionalPropertyTypes', () => {
  const code = `${IMPORT}export const options: ClassifyOptions = { maxResults: undefined, region: undefined, signal: undefined };\n`;
  expect(errorsOf(code, ['es2022', 'dom', 'dom.iterable'])).toEqual([]);
});
