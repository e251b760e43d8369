import type { NamedFile } from '../../tools/data/named-file.ts';

/** A file that was given to the page, alone or in a folder. */
export interface PageFile extends NamedFile {
  /** Returns the browser's `File`. */
  file(): Promise<File>;
}

/** Wraps chosen files. Files of a chosen folder keep their relative paths. */
export function pickedFiles(files: FileList | null): PageFile[] {
  return [...(files ?? [])].map((file) => pageFile(file.webkitRelativePath || file.name, async () => file));
}

/** Returns all dropped or pasted files, including those inside folders. */
export async function transferredFiles(transfer: DataTransfer): Promise<PageFile[]> {
  // Entries and files must be read synchronously, before the first await.
  const items = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found = await Promise.all(
    items.map(({ entry, file }) => {
      if (entry?.isDirectory) return filesIn(entry);
      return file ? [pageFile(file.name, async () => file)] : [];
    }),
  );
  return found.flat();
}

async function filesIn(entry: FileSystemEntry): Promise<PageFile[]> {
  if (isFile(entry)) return [pageFile(entry.fullPath.slice(1), () => fileOf(entry))];
  const found: PageFile[] = [];
  for (const inside of await entriesIn(entry as FileSystemDirectoryEntry)) found.push(...(await filesIn(inside)));
  return found;
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

/** Reads all entries of a folder. A reader returns them in batches, and an empty batch at the end. */
async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return found;
    found.push(...some);
  }
}

function pageFile(path: string, file: () => Promise<File>): PageFile {
  return {
    path,
    file,
    size: async () => (await file()).size,
    bytes: async (start, end) => new Uint8Array(await (await file()).slice(start, end).arrayBuffer()),
  };
}
