/** How far from the window's part of the page an element is near it. */
const NEAR = '200px';

/** Acts once, when an element is near the window's part of the page. @returns what gives up waiting for that. */
export function whenNear(element: Element, act: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: NEAR },
  );
  observer.observe(element);
  return () => observer.disconnect();
}
