/** What the live channel needs of a WebSocket: that of browsers, React Native, Node.js 22 and the package `ws` have it. */
export interface LiveSocket {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  send(text: string): void;
  close(): void;
}

export type LiveSocketConstructor = new (url: string, protocols: string[]) => LiveSocket;
