/** The mark of Parley. */
export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <path
        className="logo__back"
        d="M10 2h7a5 5 0 0 1 5 5v4a5 5 0 0 1-3 4.58V18.3c0 .62-.71.97-1.2.6L14.500 16H10a5 5 0 0 1-5-5V7a5 5 0 0 1 5-5Z"
      />
      <path
        className="logo__front"
        d="M7 7h6a5 5 0 0 1 5 5v2a5 5 0 0 1-5 5H9.600l-3.400 2.900c-.49.41-1.200.06-1.200-.58v-2.740A5 5 0 0 1 2 14v-2a5 5 0 0 1 5-5Z"
      />
      <circle className="logo__dot" cx="7.200" cy="13" r="1.200" />
      <circle className="logo__dot" cx="12.800" cy="13" r="1.200" />
    </svg>
  );
}
