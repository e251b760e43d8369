/** Receives files that are dropped anywhere on the page or pasted into it. */
export function receiveFiles(onFiles: (files: readonly File[]) => void): void {
  receiveTransfers(({ files }) => onFiles([...files]));
}

/**
 * Calls `onTransfer` for every drop or paste on the page that contains files. While files are dragged over the page,
 * `<html>` has the class `is-dropping`. Read the transfer synchronously: the browser empties it when `onTransfer` returns.
 */
export function receiveTransfers(onTransfer: (transfer: DataTransfer) => void): void {
  const root = document.documentElement;
  let depth = 0;
  const setDepth = (value: number): void => {
    depth = value;
    root.classList.toggle('is-dropping', depth > 0);
  };

  // dragenter and dragleave also fire for every element along the way, so count them.
  root.addEventListener('dragenter', (event) => {
    if (hasFiles(event.dataTransfer)) setDepth(depth + 1);
  });
  root.addEventListener('dragleave', (event) => {
    if (hasFiles(event.dataTransfer)) setDepth(Math.max(0, depth - 1));
  });
  root.addEventListener('dragover', (event) => {
    if (hasFiles(event.dataTransfer)) event.preventDefault();
  });
  root.addEventListener('drop', (event) => {
    setDepth(0);
    // A part of the page may have handled the event already.
    if (event.defaultPrevented || !event.dataTransfer || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    onTransfer(event.dataTransfer);
  });
  document.addEventListener('paste', (event) => {
    if (event.clipboardData?.files.length) onTransfer(event.clipboardData);
  });
}

function hasFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}
