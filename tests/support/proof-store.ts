/** Removes what the tests' browser remembers of proofs. */
export function forgetProofs(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('hwgq-web');
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}
