import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from '@fluentui/react-components';

/** Parley "Petrol" ramp: OKLCH hue 222, chosen to sit clear of the presence and call colours (green, red, amber). */
export const petrol: BrandVariants = {
  10: '#001016',
  20: '#001c25',
  30: '#002935',
  40: '#003746',
  50: '#004557',
  60: '#005065',
  70: '#005e75',
  80: '#0d6b84',
  90: '#1d7892',
  100: '#2b8aa6',
  110: '#3d9cba',
  120: '#56afcc',
  130: '#75c2dd',
  140: '#9cd5e9',
  150: '#c1e5f2',
  160: '#e2f4fa',
};

/** Segoe on Windows, San Francisco on macOS; Inter (size-adjusted to Segoe metrics in base.css) elsewhere. */
const fontFamilyBase =
  '"Segoe UI Variable Text", "Segoe UI", -apple-system, BlinkMacSystemFont, "Parley Inter", "Noto Sans", "Noto Color Emoji", sans-serif';

const light = createLightTheme(petrol);
const dark = createDarkTheme(petrol);

export const lightTheme: Theme = { ...light, fontFamilyBase };

export const darkTheme: Theme = {
  ...dark,
  fontFamilyBase,
  // The stock dark ramp uses [100] for text, 4.1:1 on Background2. Lift text and indicators two stops.
  colorBrandForeground1: petrol[120],
  colorBrandForeground2: petrol[130],
  colorBrandForegroundLink: petrol[120],
  colorBrandForegroundLinkHover: petrol[130],
  colorBrandForegroundLinkPressed: petrol[110],
  colorNeutralForeground2BrandHover: petrol[120],
  colorNeutralForeground2BrandSelected: petrol[120],
  colorCompoundBrandForeground1: petrol[120],
  colorCompoundBrandBackground: petrol[110],
  colorCompoundBrandBackgroundHover: petrol[120],
  colorCompoundBrandStroke: petrol[110],
  colorBrandStroke1: petrol[110],
};
