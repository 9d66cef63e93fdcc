import { Button } from '@fluentui/react-components';
import { PeopleTeam48Regular, PersonAdd20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useTopic } from '../bridge/client-context.tsx';
import { navigate } from '../shell/route.ts';
import { EmptyState, LoadingState, QuietState } from '../ui/empty-state.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { combos } from '../ui/shortcuts.ts';
import { AddContactDialog } from './add-contact-dialog.tsx';
import { ContactCard } from './contact-card.tsx';
import { ContactTree } from './contact-tree.tsx';
import { Requests } from './requests.tsx';

const personPrefix = 'person:';

/** `item`: a bare JID, `person:` with an id of the directory, or `add` (`add:` with a JID) for the dialog. */
export function ContactsView({ item }: { readonly item: string | undefined }) {
  const adding = item === 'add' || item?.startsWith('add:') === true;
  return (
    <>
      <ContactList selected={adding ? undefined : item} />
      {item === undefined || adding ? (
        <section className="detail" data-region="detail" tabIndex={-1}>
          <QuietState>
            <Trans>
              Pick someone to see their numbers and presence, or press <Kbd combo={combos.search} /> and start typing a
              name.
            </Trans>
          </QuietState>
        </section>
      ) : (
        <ContactCard
          key={item}
          who={item.startsWith(personPrefix) ? { id: item.slice(personPrefix.length) } : { jid: item }}
        />
      )}
      {adding && (
        <AddContactDialog
          {...proposedContact(item)}
          onClose={(added) => {
            navigate(added === undefined ? { section: 'contacts' } : { section: 'contacts', item: added });
          }}
        />
      )}
    </>
  );
}

/** The address after `add:`, with the name and group that a link proposes. */
function proposedContact(item: string): { readonly jid: string; readonly name: string; readonly group: string } {
  const [jid = '', more = ''] = item.slice('add:'.length).split('?');
  const proposed = new URLSearchParams(more);
  return { jid, name: proposed.get('name') ?? '', group: proposed.get('group') ?? '' };
}

function ContactList({ selected }: { readonly selected: string | undefined }) {
  const { t } = useLingui();
  const roster = useTopic('roster');
  const add = () => {
    navigate({ section: 'contacts', item: 'add' });
  };
  return (
    <section className="list" aria-label={t`Contacts`} data-region="list">
      <div className="list__head">
        <h1>
          <Trans>Contacts</Trans>
        </h1>
        <Button appearance="subtle" icon={<PersonAdd20Regular />} aria-label={t`Add contact`} onClick={add} />
      </div>
      {roster !== undefined && roster.requests.length > 0 && <Requests requests={roster.requests} />}
      {roster === undefined || (roster.state === 'loading' && roster.contacts.length === 0) ? (
        <LoadingState />
      ) : roster.contacts.length === 0 ? (
        <EmptyState
          icon={<PeopleTeam48Regular />}
          title={<Trans>Nobody here yet</Trans>}
          action={
            <Button appearance="primary" icon={<PersonAdd20Regular />} onClick={add}>
              <Trans>Add a contact</Trans>
            </Button>
          }
        >
          <Trans>Add the people you call most. You will see at a glance who is free to talk.</Trans>
        </EmptyState>
      ) : (
        <ContactTree contacts={roster.contacts} selected={selected} />
      )}
    </section>
  );
}
