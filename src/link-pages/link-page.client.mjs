// Runs in the browser. The token stands in the fragment, which browsers send to nobody; only the button sends it.
/* global document, history, location, navigator */

const TEXTS = {
  en: {
    'reset-password': ['Choose a new password', 'Every device is logged out.', 'Set the password'],
    'verify-email': [
      'Confirm your address',
      'This address is yours, and you asked for this mail.',
      'Confirm',
    ],
    'finish-registration': [
      'Finish your registration',
      'Type the password that you chose when you registered. If you do not know it, leave the field empty: a mail then leads to a new one.',
      'Make my account',
    ],
    'undo-email-change': [
      'Take the former address back',
      'Every device is logged out, and the password stops working. A mail leads to a new one.',
      'Undo the change',
    ],
    'undo-deletion': [
      'Keep your account',
      'The account is not deleted. Log in again afterwards.',
      'Keep the account',
    ],
    'end-sessions': [
      'This was not me',
      'Every device is logged out, and the password stops working. A mail leads to a new one.',
      'Log every device out',
    ],
    'accept-invitation': [
      'Accept the invitation',
      'Choose a password for your account.',
      'Create the account',
    ],
    full_name: 'Your name',
    new_password: 'New password',
    current_password: 'Your password',
    done: 'Done. You can close this page.',
    missing: 'The link is not complete. Open it from the mail again.',
    one_time_token_invalid:
      'The link was used already, has expired, or was replaced by a later one. Ask for a new mail.',
    wrong_password: 'The address was registered with another password.',
    too_many_requests: 'Too many attempts. Try again later.',
    failed: 'This did not work. Try again in a moment.',
  },
  de: {
    'reset-password': ['Neues Passwort wählen', 'Alle Geräte werden abgemeldet.', 'Passwort setzen'],
    'verify-email': [
      'Adresse bestätigen',
      'Diese Adresse gehört Ihnen, und Sie haben diese Mail verlangt.',
      'Bestätigen',
    ],
    'finish-registration': [
      'Registrierung abschließen',
      'Geben Sie das Passwort ein, mit dem Sie sich registriert haben. Wenn Sie es nicht kennen, lassen Sie das Feld leer: Dann führt eine Mail zu einem neuen.',
      'Mein Konto anlegen',
    ],
    'undo-email-change': [
      'Frühere Adresse zurückholen',
      'Alle Geräte werden abgemeldet, und das Passwort gilt nicht mehr. Eine Mail führt zu einem neuen.',
      'Änderung rückgängig machen',
    ],
    'undo-deletion': [
      'Konto behalten',
      'Das Konto wird nicht gelöscht. Melden Sie sich danach wieder an.',
      'Konto behalten',
    ],
    'end-sessions': [
      'Das war ich nicht',
      'Alle Geräte werden abgemeldet, und das Passwort gilt nicht mehr. Eine Mail führt zu einem neuen.',
      'Alle Geräte abmelden',
    ],
    'accept-invitation': ['Einladung annehmen', 'Wählen Sie ein Passwort für Ihr Konto.', 'Konto anlegen'],
    full_name: 'Ihr Name',
    new_password: 'Neues Passwort',
    current_password: 'Ihr Passwort',
    done: 'Erledigt. Sie können diese Seite schließen.',
    missing: 'Der Link ist nicht vollständig. Öffnen Sie ihn noch einmal aus der Mail.',
    one_time_token_invalid:
      'Der Link wurde schon benutzt, ist abgelaufen oder durch einen späteren ersetzt. Verlangen Sie eine neue Mail.',
    wrong_password: 'Die Adresse wurde mit einem anderen Passwort registriert.',
    too_many_requests: 'Zu viele Versuche. Versuchen Sie es später wieder.',
    failed: 'Das hat nicht geklappt. Versuchen Sie es gleich noch einmal.',
  },
};

/** The members of the body that a person types, and their inputs, by the action. */
const FIELDS = {
  'reset-password': { new_password: 'new_password' },
  'finish-registration': { password: 'current_password' },
  'accept-invitation': { full_name: 'full_name', password: 'new_password' },
};
/** Actions whose route has another name. */
const ROUTES = { 'finish-registration': 'verify-email' };

const language = navigator.language.startsWith('de') ? 'de' : 'en';
const texts = TEXTS[language];
const action = location.pathname.split('/').at(-1);
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const [title, text, button] = texts[action];
const element = (selector) => document.querySelector(selector);
const form = element('form');
const fields = FIELDS[action] ?? {};

/** The token does not stay in the history of the browser. */
history.replaceState(null, '', location.pathname);
document.documentElement.lang = language;
document.title = element('h1').textContent = title;
element('#text').textContent = token === null ? texts.missing : text;
element('button').textContent = button;
for (const input of form.querySelectorAll('input')) {
  const isAsked = Object.values(fields).includes(input.name);
  input.labels[0].hidden = !isAsked;
  input.previousElementSibling.textContent = texts[input.name];
  input.required = isAsked && input.name !== 'current_password';
}
form.hidden = token === null;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const typed = Object.entries(fields)
    .map(([member, input]) => [member, form.elements[input].value])
    .filter(([, value]) => value !== '');
  element('button').disabled = true;
  const problem = await send({ token, ...Object.fromEntries(typed) });
  element('button').disabled = false;
  form.hidden = problem === undefined || problem.code === 'one_time_token_invalid';
  element('#result').textContent = problem === undefined ? texts.done : wordsOf(problem);
});

/** @returns the problem, or `undefined` when it is done */
async function send(body) {
  try {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`../api/v1/auth/${ROUTES[action] ?? action}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) return answer;
    await leave(answer.access_token);
    return undefined;
  } catch {
    return {};
  }
}

/** An accepted invitation opens a session. This page uses none, so it ends it. */
async function leave(accessToken) {
  if (accessToken === undefined) return;
  await fetch('../api/v1/auth/logout', {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
  });
}

function wordsOf({ code, errors = [] }) {
  if (errors.length > 0) return errors.map(({ message }) => message).join(' ');
  return texts[code] ?? texts.failed;
}
