/** What a drop target tells. */
export interface DropListener {
  /** Whether files are held over it. */
  onHold(isHeld: boolean): void;
  /** A file has been dropped: a picture or a film, where one was among them. */
  onFile(file: File): void;
}

/** Takes one of the files that are dropped on an element, until the signal aborts. */
export function receiveDrops(element: HTMLElement, { onHold, onFile }: DropListener, signal: AbortSignal): void {
  const receive = (type: 'dragover' | 'dragleave' | 'drop', work: (files: FileList) => void) => {
    const listener = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      work(event.dataTransfer.files);
    };
    element.addEventListener(type, listener, { signal });
  };
  receive('dragover', () => onHold(true));
  receive('dragleave', () => onHold(false));
  receive('drop', (files) => {
    onHold(false);
    // Not every system knows the types of all pictures.
    const file = [...files].find(({ type }) => /^(image|video)\//.test(type)) ?? files[0];
    if (file) onFile(file);
  });
}
