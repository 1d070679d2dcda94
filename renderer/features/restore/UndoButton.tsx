import { useWords } from '../../i18n/use-words.ts';
import { AskedButton } from '../asking/index.ts';

interface UndoButtonProps {
  readonly size?: 'xs' | 'sm';
  readonly disabled?: boolean;
  readonly onUndo: () => void;
}

/** The shop's tables change under it. */
export function UndoButton({ size = 'sm', disabled = false, onUndo }: UndoButtonProps) {
  const { t } = useWords();
  const words = { label: t('swap.undo'), title: t('swap.undoAsk'), text: t('swap.undoText') };
  return <AskedButton {...words} variant="default" size={size} flex="none" disabled={disabled} onYes={onUndo} />;
}
