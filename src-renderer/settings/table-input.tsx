import { Button, Input } from '@fluentui/react-components';
import { Add16Regular, ArrowDown16Regular, ArrowUp16Regular, Delete16Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { SettingColumn, SettingControl, SettingTableRow } from '../../src-shared/contract/system.ts';
import { rowsOf } from './list-text.ts';
import type { SettingInputProps } from './setting-input.tsx';
import { emptyRow, fitsColumn, isEmptyRow, moved, parseCell, withCell } from './table-rows.ts';

type Row = SettingTableRow;

/**
 * Rows in order, edited in place. The whole table is sent when a field is left or a row is moved or taken away; a new
 * row is sent once something stands in it. A locked table stays readable.
 */
export function TableInput(
  props: SettingInputProps & { readonly control: Extract<SettingControl, { readonly kind: 'table' }> },
) {
  const { t } = useLingui();
  const { control, state, words, label } = props;
  const { columns } = control;
  const held = rowsOf(state.value);
  const heldText = JSON.stringify(held);
  const complete = (some: readonly Row[]) => some.filter((row) => !isEmptyRow(columns, row));
  const [rows, setRows] = useState(held);
  const [seen, setSeen] = useState(heldText);
  /** What was sent and has not come back yet, oldest first. */
  const [sent, setSent] = useState<readonly string[]>([]);
  if (seen !== heldText) {
    setSeen(heldText);
    const own = sent.indexOf(heldText);
    // Our own change coming back, also an earlier one, must not undo what was written since.
    if (own >= 0) setSent(sent.slice(own + 1));
    else {
      setSent([]);
      if (JSON.stringify(complete(rows)) !== heldText) setRows(held);
    }
  }
  const send = (next: readonly Row[]) => {
    setRows(next);
    const text = JSON.stringify(complete(next));
    if (state.locked || text === (sent.at(-1) ?? heldText)) return;
    setSent([...sent, text]);
    props.onChange(complete(next));
  };
  const { table } = words;
  if (table === undefined) throw new Error(`No words for the table ${state.key}`);
  const heading = (column: SettingColumn) => {
    const descriptor = table.columns[column.name];
    return descriptor === undefined ? column.name : t(descriptor);
  };
  /** `rule 2` */
  const rowName = (index: number) => `${t(table.row)} ${String(index + 1)}`;
  const add = t(table.add);
  return (
    <div className="ruletable">
      <table aria-label={label}>
        {rows.length > 0 && (
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.name} scope="col">
                  {heading(column)}
                </th>
              ))}
              {!state.locked && (
                <th scope="col" className="sr-only">
                  <Trans>Change</Trans>
                </th>
              )}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, index) => (
            // Rows have no identity but their place.
            <tr key={`${String(index)} of ${String(rows.length)}`}>
              {columns.map((column) => (
                <td key={column.name}>
                  <Cell
                    column={column}
                    value={row[column.name] ?? ''}
                    label={`${heading(column)}, ${rowName(index)}`}
                    locked={state.locked}
                    onCommit={(value) => {
                      send(withCell(rows, index, column, value));
                    }}
                  />
                </td>
              ))}
              {!state.locked && (
                <td className="ruletable__keys">
                  <Button
                    appearance="subtle"
                    size="small"
                    icon={<ArrowUp16Regular />}
                    aria-label={t`Move ${rowName(index)} up`}
                    disabled={index === 0}
                    onClick={() => {
                      send(moved(rows, index, index - 1));
                    }}
                  />
                  <Button
                    appearance="subtle"
                    size="small"
                    icon={<ArrowDown16Regular />}
                    aria-label={t`Move ${rowName(index)} down`}
                    disabled={index === rows.length - 1}
                    onClick={() => {
                      send(moved(rows, index, index + 1));
                    }}
                  />
                  <Button
                    appearance="subtle"
                    size="small"
                    icon={<Delete16Regular />}
                    aria-label={t`Delete ${rowName(index)}`}
                    onClick={() => {
                      send(rows.filter((_row, at) => at !== index));
                    }}
                  />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="t-cap">{t(table.none)}</p>}
      {!state.locked && (
        <Button
          size="small"
          icon={<Add16Regular />}
          aria-label={`${add}: ${label}`}
          disabled={rows.length >= control.maxRows}
          onClick={() => {
            setRows([...rows, emptyRow(columns, rows)]);
          }}
        >
          {add}
        </Button>
      )}
    </div>
  );
}

function Cell(props: {
  readonly column: SettingColumn;
  readonly value: string | number;
  readonly label: string;
  readonly locked: boolean;
  readonly onCommit: (value: string | number) => void;
}) {
  const { column, locked } = props;
  const [text, setText] = useState(String(props.value));
  const [seen, setSeen] = useState(props.value);
  if (seen !== props.value) {
    // Another row moved here.
    setSeen(props.value);
    setText(String(props.value));
  }
  const commit = () => {
    const value = parseCell(column, text);
    if (value === undefined) setText(String(props.value));
    else if (value !== props.value) props.onCommit(value);
  };
  return (
    <Input
      size="small"
      value={text}
      readOnly={locked}
      aria-label={props.label}
      inputMode={column.kind === 'number' ? 'numeric' : 'tel'}
      spellCheck={false}
      onChange={(_event, data) => {
        if (fitsColumn(column, data.value)) setText(data.value);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
