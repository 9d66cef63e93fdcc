/** A finding of axe-core that is known and accepted: this rule, on elements that match this selector or stand in one. */
export interface AxeExclusion {
  readonly rule: string;
  readonly selector: string;
  readonly why: string;
}

/** All of them; everything else that axe-core finds fails. */
export const axeExclusions: readonly AxeExclusion[] = [
  {
    rule: 'aria-hidden-focus',
    selector: '[data-tabster-dummy]',
    why: 'Fluent’s focus guards take the focus only to hand it on at once.',
  },
  {
    rule: 'region',
    selector: 'body > .fui-FluentProvider',
    why: 'Fluent draws menus, popovers and tooltips at the end of the page, outside the landmarks, with roles of their own.',
  },
  {
    rule: 'nested-interactive',
    selector: '[role=option], [role=treeitem]',
    why: 'The buttons revealed in a row are for the mouse alone; the row’s keys and its menu do the same.',
  },
];
