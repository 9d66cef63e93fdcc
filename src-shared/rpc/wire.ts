/**
 * One connection between window and service layer, of either kind (MessagePort, WebSocket).
 * Messages are JSON texts; both ends deliver them whole and in order.
 */
export interface Wire {
  send(message: string): void;
  /** One listener; set once, before messages flow. */
  onMessage(listener: (message: string) => void): void;
  /** Each listener is called once, when either side closed or the connection broke. Several may be set. */
  onClose(listener: () => void): void;
  close(): void;
}
