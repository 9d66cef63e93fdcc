import { focusDetail, focusList } from './focus-detail.ts';
import { navigate, parseRoute } from './route.ts';
import type { Route, Section } from './route.ts';
import { liveCallPrefix } from './use-follow-calls.ts';

/** Whether the window shows one of the deleted ones. A call that was watched to its end still has its running address. */
export function showsDeleted(route: Route, section: Section, deleted: readonly string[]): boolean {
  const { item } = route;
  if (route.section !== section || item === undefined) return false;
  return deleted.includes(item.startsWith(liveCallPrefix) ? item.slice(liveCallPrefix.length) : item);
}

/** Leaves what was deleted if it was open; something else that is open stays, and the focus goes to a row nearby. */
export function leaveDeleted(section: Section, deleted: readonly string[], focusRow: () => void = focusList): void {
  if (!showsDeleted(parseRoute(location.hash), section, deleted)) {
    focusRow();
    return;
  }
  navigate({ section });
  focusDetail();
}
