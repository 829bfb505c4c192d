import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { t } from "../lib/t";
import css from "./dialog.module.css";
import { IconButton } from "./icon-button";

interface Props {
  title: string;
  size?: number;
  /** Without a visible head and inner space, near the top: for the palette. */
  bare?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** For the few things that must interrupt. Reading never happens in one. */
export function Dialog({ title, size = 480, bare = false, onClose, children }: Props) {
  return (
    <Modal.Root opened onClose={onClose} size={size} centered={!bare} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content className={css.surface ?? ""}>
        <Modal.Body p={bare ? 0 : 24}>
          <div className={bare ? "visually-hidden" : css.head}>
            <Modal.Title className={css.title ?? ""}>{title}</Modal.Title>
            {!bare && <IconButton icon="close" label={t("action.close")} onClick={onClose} />}
          </div>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
