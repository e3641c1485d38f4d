import type { ComponentChildren } from 'preact';
import { announcement } from '../announce.js';
import { choose, type Language, language, LANGUAGES, t } from '../language.js';
import { below } from '../root.js';
import { loss } from '../service-state.js';
import { settings } from '../settings.js';

interface Props {
  /** The links of the page, once somebody is signed in. */
  navigation?: ComponentChildren;
  /** Who is signed in, and the way out. */
  account?: ComponentChildren;
  children: ComponentChildren;
}

/** What every view has around it: brand, navigation, language, the state of the service, and what screen readers are told. */
export function Frame({ navigation, account, children }: Props) {
  const isWide = navigation !== undefined;
  return (
    <div class={isWide ? 'frame wide' : 'frame'}>
      <a class="skip" href="#main" onClick={skip}>
        {t('frame.skip')}
      </a>
      <header>
        <Brand />
        <div class="account">{account}</div>
      </header>
      <ServiceState />
      <div class="columns">
        {navigation && <nav aria-label={t('frame.navigation')}>{navigation}</nav>}
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <footer>
        <LanguageChoice />
      </footer>
      <p class="unseen" role="status" aria-live="polite">
        {announcement.value}
      </p>
    </div>
  );
}

function skip(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Brand() {
  const { name = '', has_logo: hasLogo = false } = settings.value ?? {};
  return (
    <p class="brand">
      {hasLogo && <img src={below('console/logo')} alt="" height={28} />}
      <span>{name}</span>
    </p>
  );
}

/** What is wrong with the service; the page asks by itself until it works again. */
function ServiceState() {
  const kind = loss.value;
  return (
    <div role="alert" class="service">
      {kind && (
        <p>
          <span class="sign" aria-hidden="true">
            !
          </span>
          {t(kind === 'unreachable' ? 'service.unreachable' : 'service.unavailable')}
        </p>
      )}
    </div>
  );
}

function LanguageChoice() {
  return (
    <label class="language">
      <span>{t('frame.language')}</span>
      <select
        value={language.value}
        onChange={({ currentTarget }) => choose(currentTarget.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
