import type { BrowserContext, Request } from 'playwright';
import { decodeReportFrame, type ReportFrame } from '../../src/wire/report-frame.js';

/** What a context says to the rounds endpoint, as a wire tap would see it: every request, with headers and body. */
export interface Wiretap {
  readonly requests: readonly Request[];
  /** Those that have been answered: of the others the browser does not tell all headers. */
  readonly answered: readonly Request[];
  reports(): readonly Buffer[];
}

export function tapEndpoint(context: BrowserContext, endpointUrl: string): Wiretap {
  const requests: Request[] = [];
  const answered: Request[] = [];
  context.on('requestfinished', (request) => {
    if (request.url().startsWith(endpointUrl)) answered.push(request);
  });
  context.on('request', (request) => {
    if (request.url().startsWith(endpointUrl)) requests.push(request);
  });
  return {
    requests,
    answered,
    reports: () => requests.filter((request) => request.method() === 'POST').map((request) => request.postDataBuffer() ?? Buffer.alloc(0)),
  };
}

export function frameOf(body: Buffer): ReportFrame {
  return decodeReportFrame(new Uint8Array(body));
}
