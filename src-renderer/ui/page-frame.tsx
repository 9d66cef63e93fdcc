import { FluentProvider } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { darkTheme, lightTheme } from '../theme.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { LiveRegions } from './live-regions.tsx';
import { useAppearance } from './use-appearance.ts';

/** What every window of ours stands in: its colours, words for when it breaks, and the regions that are read out. */
export function PageFrame({ children }: { readonly children: ReactNode }) {
  const dark = useAppearance() === 'dark';
  return (
    // The class, unlike a data attribute, is copied to Fluent's portals, so that popovers get the product's variables.
    <FluentProvider
      theme={dark ? darkTheme : lightTheme}
      className={dark ? 'provider theme-dark' : 'provider theme-light'}
    >
      <ErrorBoundary>
        <LiveRegions>{children}</LiveRegions>
      </ErrorBoundary>
    </FluentProvider>
  );
}
