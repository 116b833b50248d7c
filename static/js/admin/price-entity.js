/* A price in rich text: chosen in a dialog, shown as it is now, stored as a reference. */
(() => {
  const { React, draftail, DraftJS } = window;
  const { EditorState, Modifier } = DraftJS;

  const onload = {
    choose(modal) {
      const form = modal.body[0].querySelector("[data-price-chooser]");
      const send = () => modal.postForm(form.action, new URLSearchParams(new FormData(form)).toString());
      form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
      form.elements.product.addEventListener("change", () => { form.elements.choice.value = ""; send(); });
      form.addEventListener("click", (event) => {
        const button = event.target.closest("[data-choice]");
        if (!button) return;
        form.elements.choice.value = button.dataset.choice;
        send();
      });
    },
    chosen(modal, answer) { modal.respond("chosen", answer.result); },
  };

  class PriceSource extends draftail.ModalWorkflowSource {
    getChooserConfig(entity) {
      const { description, ...known } = entity ? entity.getData() : {};
      return { url: this.props.entityType.chooserUrls.price, urlParams: known, onload, responses: { chosen: this.onChosen } };
    }

    onChosen(result) {
      const { editorState, entityType, onComplete } = this.props;
      const content = editorState.getCurrentContent().createEntity(entityType.type, "IMMUTABLE", result.data);
      const key = content.getLastCreatedEntityKey();
      const selection = editorState.getSelection();
      const replaced = Modifier.replaceText(content, selection, result.text, editorState.getCurrentInlineStyle(), key);
      this.workflow.close();
      onComplete(EditorState.push(editorState, replaced, "insert-characters"));
    }
  }

  const ICON = React.createElement("svg", { className: "icon icon-tag", "aria-hidden": true }, React.createElement("use", { href: "#icon-tag" }));

  const Price = (props) => {
    const { description } = props.contentState.getEntity(props.entityKey).getData();
    return React.createElement(draftail.TooltipEntity, { ...props, icon: ICON, label: description || "", url: null }, props.children);
  };

  draftail.registerPlugin({ type: "PRICE", source: PriceSource, decorator: Price }, "entityTypes");
})();
