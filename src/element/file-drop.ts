/** Receives what is dragged over an element and dropped on it. */
export interface FileDropListener {
  /** Files have been dragged over the element, or have left it. */
  onDrag(isOver: boolean): void;
  /** A file was dropped: the first image or video, or else the first file. */
  onFile(file: File): void;
}

/** Accepts files dropped on an element, until the signal aborts. */
export function acceptFileDrops(element: HTMLElement, { onDrag, onFile }: FileDropListener, signal: AbortSignal): void {
  const listen = (type: 'dragover' | 'dragleave' | 'drop', handle: (files: FileList) => void) => {
    const listener = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      handle(event.dataTransfer.files);
    };
    element.addEventListener(type, listener, { signal });
  };
  listen('dragover', () => onDrag(true));
  listen('dragleave', () => onDrag(false));
  listen('drop', (files) => {
    onDrag(false);
    // Operating systems do not know the type of every image format.
    const file = [...files].find(({ type }) => /^(image|video)\//.test(type)) ?? files[0];
    if (file) onFile(file);
  });
}
