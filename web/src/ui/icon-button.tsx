import { Tooltip } from "@mantine/core";
import type { ComponentProps } from "react";
import { Icon, type IconName } from "./icons";
import css from "./icon-button.module.css";

interface Props extends Omit<ComponentProps<"button">, "children"> {
  icon: IconName;
  label: string;
  /** The key that does the same, shown in the tooltip. */
  shortcut?: string;
}

/** A button that is only a picture: it always has a name and a tooltip with its key. */
export function IconButton({ icon, label, shortcut, className, ...rest }: Props) {
  return (
    <Tooltip label={shortcut ? `${label} (${shortcut})` : label}>
      <button type="button" aria-label={label} className={`${css.button} ${className ?? ""}`} {...rest}>
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
