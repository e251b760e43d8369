import { version } from '../../package.json';
import type { AdapterDescription } from './runner.ts';

/** What earlier proofs of a GPU have shown. */
export interface ProofRecord {
  /** The reason why it failed. Absent if it did not. */
  readonly fault?: string | undefined;
  /** The networks that it has computed right, by `networkKey`, and the difference of the scores. */
  readonly passed: Readonly<Record<string, number>>;
}

interface StoredRecord extends ProofRecord {
  /** Milliseconds since 1970. */
  readonly date: number;
}

const DATABASE = 'hwgq-web';
const STORE = 'gpu-proofs';
/** A driver can change without a trace that a page sees, so a GPU that has failed gets another chance. */
const KEPT_MILLISECONDS = 30 * 24 * 3_600_000;
const MOST_NETWORKS = 50;
/** A storage that does not answer counts as empty. */
const PATIENCE_MS = 2000;

/** Returns what proofs of a GPU have shown in this browser, with this version of the package. */
export async function recallProofs(adapter: AdapterDescription): Promise<ProofRecord> {
  const record = await inStore<StoredRecord>('readonly', (store) => store.get(keyOf(adapter)));
  const isValid = record !== undefined && Date.now() - record.date < KEPT_MILLISECONDS;
  return isValid ? record : { passed: {} };
}

/** Stores that a GPU failed. */
export async function rememberFault(adapter: AdapterDescription, fault: string): Promise<void> {
  await store(adapter, { fault, passed: {} });
}

/** Stores that a GPU has computed a network right. */
export async function rememberPass(adapter: AdapterDescription, network: string, difference: number): Promise<void> {
  const { passed } = await recallProofs(adapter);
  const others = Object.entries(passed).slice(1 - MOST_NETWORKS);
  await store(adapter, { passed: { ...Object.fromEntries(others), [network]: difference } });
}

/** Replaces the record of a GPU, and removes those of other browsers and versions. */
async function store(adapter: AdapterDescription, record: ProofRecord): Promise<void> {
  const own = environment();
  await inStore('readwrite', (records) => {
    const keys = records.getAllKeys();
    keys.onsuccess = () => {
      for (const key of keys.result) if (!String(key).startsWith(own)) records.delete(key);
    };
    return records.put({ ...record, date: Date.now() }, keyOf(adapter));
  });
}

/** Identifies what computes: the browser and this package, and the GPU as far as the browser describes it. */
function keyOf({ vendor, architecture, device, description }: AdapterDescription): string {
  return environment() + JSON.stringify([vendor, architecture, device, description]);
}

function environment(): string {
  return JSON.stringify([version, globalThis.navigator?.userAgent]);
}

/** Runs a request on the store. Returns undefined if there is no storage: in Node, and in sandboxed frames. */
function inStore<T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest): Promise<T | undefined> {
  return new Promise((resolve) => {
    const none = () => resolve(undefined);
    if (typeof indexedDB === 'undefined') return none();
    setTimeout(none, PATIENCE_MS);
    try {
      const opening = indexedDB.open(DATABASE, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
      opening.onerror = none;
      opening.onsuccess = () => {
        const database = opening.result;
        const transaction = database.transaction(STORE, mode);
        const made = request(transaction.objectStore(STORE));
        transaction.oncomplete = () => {
          resolve(made.result);
          database.close();
        };
        transaction.onabort = () => {
          none();
          database.close();
        };
      };
    } catch {
      none();
    }
  });
}
