import type { InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  label: string;
  name: string;
  type?: 'text' | 'email' | 'password' | 'search' | 'datetime-local';
  autocomplete?: InputHTMLAttributes['autocomplete'];
  hint?: string | undefined;
  error?: string | undefined;
  value?: string;
  required?: boolean;
  maxLength?: number;
}

/** A labelled input. Its hint and its error are read with it. */
export function Field({ label, hint, error, required = true, type = 'text', value = '', ...rest }: Props) {
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  // The types of Preact have one kind of input for each type, and no input whose type is one of three.
  const input: object = { type, ...rest };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        id={id}
        defaultValue={value}
        required={required}
        aria-invalid={error !== undefined}
        aria-describedby={notes || undefined}
        {...input}
      />
      {error && (
        <p class="mistake" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
