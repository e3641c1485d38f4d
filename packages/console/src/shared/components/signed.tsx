import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { failureText } from '../failure-text.js';
import { t, type TextKey } from '../language.js';
import { below } from '../root.js';
import { navigate, path } from '../router.js';
import { signOut } from '../session.js';
import { user } from '../session-state.js';
import { useAction } from '../use-action.js';
import { Frame } from './frame.js';
import { Link } from './link.js';

/** A view of somebody who is signed in, with its place in the navigation. */
export interface Section {
  readonly path: string;
  readonly title: TextKey;
  readonly View: ComponentType;
  /** Whether paths below it belong to it, such as that of one person of a list. */
  readonly hasMore?: boolean;
}

interface Props {
  sections: readonly Section[];
  /** The section of a path that is none. */
  first: string;
  /** In place of a section. */
  children?: ComponentChildren;
}

/** The frame of somebody who is signed in, and the section of the path. */
export function Signed({ sections, first, children }: Props) {
  const section = sections.find((one) => isAt(one, path.value));
  const isUnknown = section === undefined;
  useEffect(() => {
    if (isUnknown) navigate(first, 'replace');
  }, [isUnknown, first]);
  const links = sections.map((one) => (
    <Link key={one.path} to={one.path} isCurrent={one === section}>
      {t(one.title)}
    </Link>
  ));
  return (
    <Frame navigation={sections.length > 1 ? links : undefined} account={<Account />}>
      {children ?? (section && <section.View key={section.path} />)}
    </Frame>
  );
}

const isAt = ({ path: own, hasMore = false }: Section, at: string): boolean =>
  at === own || (hasMore && at.startsWith(`${own}/`));

function Account() {
  const leaving = useAction(signOut);
  const { full_name: name, role } = user.value ?? {};
  const isAdmin = role === 'admin';
  const other = path.value.startsWith('admin') ? 'account' : 'admin';
  return (
    <>
      {name && <span class="who">{name}</span>}
      {isAdmin && <a href={below(other)}>{t(other === 'admin' ? 'admin.title' : 'account.title')}</a>}
      {leaving.failure && <span class="mistake">{failureText(leaving.failure)}</span>}
      <button type="button" aria-disabled={leaving.isBusy} onClick={() => void leaving.run()}>
        {t('action.sign_out')}
      </button>
    </>
  );
}
