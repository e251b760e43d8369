import { existsSync } from 'node:fs';
import { CONTENT_SECURITY_POLICY } from '../../../../build/plugins/content-security-policy.ts';
import { WebServer } from './web-server.ts';

export const SITE = 'dist/site';

/**
 * Serves the built site. Its policy is a header too: one in a page does not hold in the page's workers.
 * @param headers of every answer, beside that.
 * @param path at which it lies; it begins and ends in a slash.
 * @throws Error where it has not been built.
 */
export function serveSite(headers: Readonly<Record<string, string>> = {}, path = '/'): Promise<WebServer> {
  if (!existsSync(`${SITE}/index.html`)) throw new Error(`There is no ${SITE}: run \`npm run build\` first.`);
  return WebServer.serve(SITE, { 'Content-Security-Policy': CONTENT_SECURITY_POLICY, ...headers }, path);
}
