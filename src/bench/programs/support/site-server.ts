import { existsSync } from 'node:fs';
import { CONTENT_SECURITY_POLICY } from '../../../../build/plugins/content-security-policy.ts';
import { WebServer } from './web-server.ts';

export const SITE = 'dist/site';

/**
 * Serves the built site. The CSP is also sent as a header, because a CSP in a page does not apply to its workers.
 * @param headers additional headers of every response.
 * @param path the path of the site; it starts and ends with a slash.
 * @throws Error if the site is not built.
 */
export function serveSite(headers: Readonly<Record<string, string>> = {}, path = '/'): Promise<WebServer> {
  if (!existsSync(`${SITE}/index.html`)) throw new Error(`${SITE} does not exist. Run \`npm run build\` first.`);
  return WebServer.serve(SITE, { 'Content-Security-Policy': CONTENT_SECURITY_POLICY, ...headers }, path);
}
