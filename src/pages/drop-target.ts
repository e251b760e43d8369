/** Takes files that are dropped anywhere on the page or pasted into it; a class on `<html>` shows that they may be. */
export function receiveFiles(onFiles: (files: readonly File[]) => void): void {
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
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) onFiles(files);
  });
}

function hasFiles(data: DataTransfer | null): boolean {
  return data?.types.includes('Files') ?? false;
}
