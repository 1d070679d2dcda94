import { useEffect, useRef } from 'react';

/** When the key changes, a new screen has begun: back to the top, and the focus on its heading for those who hear it. */
export function useFreshStart(key: string): void {
  const shown = useRef(key);
  useEffect(() => {
    if (shown.current === key) return;
    shown.current = key;
    window.scrollTo(0, 0);
    const heading = document.querySelector<HTMLElement>('#content h1');
    heading?.setAttribute('tabindex', '-1');
    heading?.focus({ preventScroll: true });
  }, [key]);
}
