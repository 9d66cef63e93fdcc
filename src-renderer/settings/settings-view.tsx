export function SettingsView(_props: { readonly item: string | undefined }) {
  return null;
}
