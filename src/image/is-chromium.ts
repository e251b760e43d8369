/** Returns whether the browser is built on Chromium. No other browser has `userAgentData`. */
export function isChromium(): boolean {
  return 'userAgentData' in navigator;
}
