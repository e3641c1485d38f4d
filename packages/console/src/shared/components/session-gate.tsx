import type { ComponentChildren } from 'preact';
import { reasonText } from '../failure-text.js';
import { t } from '../language.js';
import { session } from '../session-state.js';
import { Frame } from './frame.js';
import { Loading } from './loaded.js';
import { View } from './view.js';

interface Props {
  /** For nobody who is signed in. */
  signedOut: () => ComponentChildren;
  signedIn: () => ComponentChildren;
}

/** Shows what the state of the session allows. A session that has ended leaves nothing of the account on the screen. */
export function SessionGate({ signedOut, signedIn }: Props) {
  const state = session.value;
  if (state.kind === 'open') return <>{signedIn()}</>;
  if (state.kind === 'none') return <>{signedOut()}</>;
  return <Frame>{state.kind === 'unknown' ? <Unknown /> : <Ended reason={state.reason} />}</Frame>;
}

/** It takes no focus: the page has just been loaded. */
const Unknown = () => (
  <>
    <h1>{t('account.title')}</h1>
    <Loading />
  </>
);

function Ended({ reason }: { reason: string | undefined }) {
  return (
    <div class="ended" role="alert">
      <View title={t('ended.title')}>
        <p class="lead">{reasonText(reason)}</p>
        <button type="button" class="primary" onClick={() => (session.value = { kind: 'none' })}>
          {t('ended.sign_in')}
        </button>
      </View>
    </div>
  );
}
