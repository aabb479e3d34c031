import type { BrowserContext, Request } from 'playwright';
import { decodeReportFrame, type ReportFrame } from '../../src/wire/report-frame.js';

/** What a context says to the rounds endpoint, as a wire tap would see it: every request, with headers and body. */
export interface Wiretap {
  readonly requests: readonly Request[];
  reports(): readonly Buffer[];
}

export function tapEndpoint(context: BrowserContext, endpointUrl: string): Wiretap {
  const requests: Request[] = [];
  context.on('request', (request) => {
    if (request.url().startsWith(endpointUrl)) requests.push(request);
  });
  return {
    requests,
    reports: () => requests.filter((request) => request.method() === 'POST').map((request) => request.postDataBuffer() ?? Buffer.alloc(0)),
  };
}

export function frameOf(body: Buffer): ReportFrame {
  return decodeReportFrame(new Uint8Array(body));
}
