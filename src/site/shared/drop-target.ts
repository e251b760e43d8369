/** Takes files that are dropped anywhere on the page or pasted into it. */
export function receiveFiles(onFiles: (files: readonly File[]) => void): void {
  receiveTransfers(({ files }) => onFiles([...files]));
}

/**
 * Takes what is dropped anywhere on the page or pasted into it, where there are files in it; a class on `<html>` shows
 * that they may be dropped. What is in a transfer is gone when `onTransfer` returns.
 */
export function receiveTransfers(onTransfer: (transfer: DataTransfer) => void): void {
  const root = document.documentElement;
  let depth = 0;
  const setDepth = (value: number): void => {
    depth = value;
    root.classList.toggle('is-dropping', depth > 0);
  };

  // Enter and leave events also come from every element that is crossed on the way, hence the counting.
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
    // A part of the page may have taken it for itself.
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
