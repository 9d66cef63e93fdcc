import { randomBytes } from 'node:crypto';

/** A nonce for one response (CSP level 3 section 7.1 asks for at least 128 bits). */
export function newNonce(): string {
  return randomBytes(18).toString('base64');
}

/**
 * The Content Security Policy of the window, for one response. Sent as a header, never as a meta element.
 * `connect`: sources beside `'self'`, for example the WebSocket of the browser shell.
 * Trusted Types: nothing of ours, of React or of Fluent creates a policy, so none may be created.
 */
export function contentSecurityPolicy(nonce: string, connect: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "media-src 'self' blob: data:",
    ["connect-src 'self'", ...connect].join(' '),
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** Headers of every response to the window, beside content type and caching. */
export function securityHeaders(nonce: string, connect: readonly string[]): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(nonce, connect),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy':
      'microphone=(self), camera=(self), display-capture=(self), autoplay=(self), geolocation=(), usb=(), serial=(), hid=(self), payment=()',
  };
}
